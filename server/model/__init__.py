"""The recogniser: network, training, export. It knows nothing of HTTP."""

import os

# onnxruntime reports each model that it loads to its makers unless it is told not to before it is
# imported, and others, MLflow for one, do likewise. Who wants that says 0.
for _name in ("ORT_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
    os.environ.setdefault(_name, "1")
