"""What ours is compared with: the plain way to serve a digit recogniser, done well.

Pillow decodes, shrinks to 28×28, and a LeNet reads, with the one thread that is best for it. The
weights are random: only the time counts here.
"""

import base64
import io
import os
from typing import Any

import numpy as np
import torch
from flask import Flask, request
from PIL import Image
from torch import nn

torch.set_num_threads(1)

# LeCun et al. 1998, as it is usually written today.
lenet = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(400, 120),
    nn.ReLU(),
    nn.Linear(120, 84),
    nn.ReLU(),
    nn.Linear(84, 10),
).eval()

app = Flask(__name__)


@app.post("/api/recognize")
def recognize() -> dict[str, Any]:
    """Read a picture, a data URL in JSON."""
    data = base64.b64decode(request.get_json()["image"].partition(",")[2])
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    small = Image.alpha_composite(paper, image).convert("L").resize((28, 28))
    digit = torch.from_numpy(1 - np.asarray(small, np.float32) / 255)[None, None]
    with torch.inference_mode():
        probabilities = torch.softmax(lenet(digit), 1)[0].tolist()
    return {"digit": int(np.argmax(probabilities)), "probabilities": probabilities}


@app.get("/api/health")
def health() -> dict[str, str]:
    """Say that it is there."""
    return {"status": f"ok, process {os.getpid()}"}
