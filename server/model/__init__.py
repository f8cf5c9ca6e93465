"""The recogniser: network, training, export. It knows nothing of HTTP."""
