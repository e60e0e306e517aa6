"""How a plan is carried out: devices in waves, a gate after each, and the way back or on from wherever it stopped."""
