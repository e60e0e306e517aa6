"""OSPF: which routers it joins, which routes it makes of them, and which of BGP it takes in."""
