"""Files of a workspace to rows, nodes and typed fields that know their place."""
