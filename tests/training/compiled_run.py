"""Train compiled and not, in a process of its own; print "the same" if it is.

python compiled_run.py FOLDER
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from course_lib.optimizers import SGD
from course_lib.training import Execution, fit


def trained(execution: Execution, checkpoint: Path, epochs: int) -> dict:
    torch.manual_seed(0)
    examples = torch.rand(32, 20), torch.arange(32) % 10
    model = nn.Sequential(nn.Linear(20, 16), nn.Tanh(), nn.Linear(16, 10))
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    fit(
        model,
        F.cross_entropy,
        optimizer,
        examples,
        epochs=epochs,
        batch_size=16,
        execution=execution,
        checkpoint=checkpoint,
    )
    return model.state_dict()


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    compiled = trained(Execution(compile=True), folder / "compiled", epochs=2)
    plain = trained(Execution(), folder / "plain", epochs=2)
    assert compiled.keys() == plain.keys()
    saved = [load_file(folder / name / "epoch2.safetensors") for name in ("compiled", "plain")]
    assert saved[0].keys() == saved[1].keys()
    torch.testing.assert_close(compiled, plain, rtol=1e-5, atol=1e-6)
    # Names and shapes are the plain ones, so the plain way can go on from there.
    trained(Execution(), folder / "compiled", epochs=3)
    print("the same")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
