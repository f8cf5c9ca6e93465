"""DigitNet by itself: what it computes, and where."""

import pytest
import torch
import torch.nn.functional as F

from model.network import DigitNet


@pytest.fixture(scope="module")
def digits() -> torch.Tensor:
    return torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=[(1, 2, 1), (2, 3, 1)])
def networks(request: pytest.FixtureRequest) -> tuple[DigitNet, DigitNet]:
    """The same weights, for the whole picture and for its middle."""
    torch.manual_seed(0)
    whole = DigitNet((4, 6, 8), request.param).eval()
    middle = DigitNet((4, 6, 8), request.param, middle=True).eval()
    middle.load_state_dict(whole.state_dict())
    return whole, middle


def test_a_cell_of_the_middle_says_what_it_says_in_the_whole(
    digits: torch.Tensor, networks: tuple[DigitNet, DigitNet]
) -> None:
    whole, middle = (network(digits).evidence for network in networks)
    assert whole.shape == middle.shape == (3, 10, 7, 7)
    # Further out the last stage sees zeros in place of the margin.
    torch.testing.assert_close(middle[:, :, 2:5, 2:5], whole[:, :, 2:5, 2:5])


def test_nothing_outside_the_middle_is_evidence(
    digits: torch.Tensor, networks: tuple[DigitNet, DigitNet]
) -> None:
    _, middle = networks
    output = middle(digits)
    inside = output.evidence[:, :, 1:6, 1:6]
    assert inside.abs().min() > 0
    assert torch.equal(F.pad(inside, (1, 1, 1, 1)), output.evidence)
    torch.testing.assert_close(output.evidence.mean((2, 3)), output.logits)


def test_a_middle_that_would_not_be_in_the_middle_is_refused() -> None:
    with pytest.raises(ValueError, match="two convolutions at least"):
        DigitNet((4, 6, 8), (1, 1, 1), middle=True)
