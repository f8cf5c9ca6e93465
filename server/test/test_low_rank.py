"""Networks whose convolutions have a rank, and what they take over from those that have none."""

import pytest
import torch
from torch import nn

from model.low_rank import copy_weights
from model.network import DigitNet, NetworkOutput, fused

WIDTHS, DEPTHS = (4, 6, 8), (1, 2, 2)


def network(ranks: tuple[int, int, int]) -> DigitNet:
    return DigitNet(WIDTHS, DEPTHS, middle=True, ranks=ranks)


@pytest.fixture(scope="module")
def whole() -> DigitNet:
    """Weights, and batch normalisations that are not all alike."""
    torch.manual_seed(0)
    made = network((0, 0, 0))
    for layer in made.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for name, low, high in (
                ("weight", 0.2, 2),
                ("running_var", 0.2, 2),
                ("bias", -0.5, 0.5),
                ("running_mean", -0.5, 0.5),
            ):
                nn.init.uniform_(getattr(layer, name), low, high)
    return made.eval()


@torch.no_grad()
def read(reader: nn.Module) -> NetworkOutput:
    digits = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    output: NetworkOutput = reader(digits)
    return output


@torch.no_grad()
def copied(source: DigitNet, ranks: tuple[int, int, int]) -> DigitNet:
    target = network(ranks).eval()
    copy_weights(source, target)
    return target


def shapes(reader: DigitNet) -> list[list[tuple[int, ...]]]:
    return [
        [tuple(x.weight.shape) for x in layer if isinstance(x, nn.Conv2d)]
        for layer in reader.features
        if isinstance(layer, nn.Sequential)
    ]


def test_a_convolution_with_more_inputs_than_its_rank_is_two() -> None:
    assert shapes(network((1, 4, 5))) == [
        [(4, 1, 3, 3)],
        [(6, 4, 3, 3)],
        [(4, 6, 3, 3), (6, 4, 1, 1)],
        [(5, 6, 3, 3), (8, 5, 1, 1)],
        [(5, 8, 3, 3), (8, 5, 1, 1)],
    ]


def test_weights_are_copied_where_ranks_are_the_same(whole: DigitNet) -> None:
    for name, value in copied(whole, (0, 0, 0)).state_dict().items():
        assert torch.equal(value, whole.state_dict()[name]), name
    lower = copied(whole, (0, 3, 4))
    again = copied(lower, (0, 3, 4))
    assert all(map(torch.equal, lower.state_dict().values(), again.state_dict().values()))


def test_what_a_lower_rank_says_another_that_has_none_can_say(whole: DigitNet) -> None:
    lower = copied(whole, (0, 3, 4))
    for said, again in zip(read(lower), read(copied(lower, (0, 0, 0))), strict=True):
        torch.testing.assert_close(said, again)


def test_the_lower_the_rank_the_less_is_said_as_before(whole: DigitNet) -> None:
    said = read(whole).evidence
    lost = [
        (read(copied(whole, (0, 0, rank))).evidence - said).square().mean() for rank in (1, 3, 5)
    ]
    assert lost[0] > lost[1] > lost[2] > 0


def test_what_batch_normalisation_makes_large_is_kept() -> None:
    """Of two outputs that nothing has in common, rank 1 keeps the one that counts."""
    source, target = (
        DigitNet((2, 2, 2), (1, 2, 1), middle=True, ranks=(0, 0, rank)) for rank in (0, 1)
    )
    weights, scales = (list(source.features[-1].parameters())[i] for i in (0, 1))
    nn.init.zeros_(weights)
    with torch.no_grad():
        weights[0, 0, 1, 1], weights[1, 1, 1, 1] = 3.0, 1.0
        scales.copy_(torch.tensor([0.1, 1.0]))
    copy_weights(source, target)
    first, second = list(target.features[-1].parameters())[:2]
    kept = torch.einsum("or,rihw->oihw", second[:, :, 0, 0], first)
    torch.testing.assert_close(kept[1], weights[1])
    torch.testing.assert_close(kept[0], torch.zeros(2, 3, 3), atol=1e-5, rtol=0)


def test_fused_it_says_the_same(whole: DigitNet) -> None:
    lower = copied(whole, (0, 3, 4))
    for said, quick in zip(read(lower), read(fused(lower)), strict=True):
        torch.testing.assert_close(said, quick, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("other", "error"),
    [
        (DigitNet((4, 6, 9), DEPTHS, middle=True), RuntimeError),
        (DigitNet(WIDTHS, (1, 2, 3), middle=True), ValueError),
    ],
)
def test_networks_of_other_sizes_are_refused(
    whole: DigitNet, other: DigitNet, error: type[Exception]
) -> None:
    with pytest.raises(error):
        copy_weights(whole, other)
