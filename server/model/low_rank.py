"""A trained DigitNet's weights in one whose convolutions have other ranks."""

import torch
from torch import Tensor, nn

from model.network import DigitNet


@torch.no_grad()
def copy_weights(source: DigitNet, target: DigitNet) -> None:
    """Copy what one network has learned into another, which differs in its ranks alone.

    A convolution of a lower rank gets the nearest weights, by what batch normalisation makes of
    them (Zhang et al. 2016, but for their correction for the rectifier): a little training makes up
    for what they lose. Where the networks differ in more than that it raises RuntimeError (widths)
    or ValueError (depths).
    """
    for old, new in zip(source.features, target.features, strict=True):
        if isinstance(old, nn.Sequential) and isinstance(new, nn.Sequential):
            _copy_convolution(old, new)
    for name in ("evidence", "is_digit"):
        getattr(target, name).load_state_dict(getattr(source, name).state_dict())


def _copy_convolution(source: nn.Sequential, target: nn.Sequential) -> None:
    old, normalisation = _parts(source)
    new, new_normalisation = _parts(target)
    new_normalisation.load_state_dict(normalisation.state_dict())
    if [x.shape for x in old] == [x.shape for x in new]:
        weights = old
    elif len(new) == 1:
        weights = [_kernel(old)]
    else:
        variance = normalisation.running_var
        assert variance is not None
        scales = normalisation.weight.abs() * torch.rsqrt(variance + normalisation.eps)
        weights = _nearest(_kernel(old), scales, len(new[0]))
    for filters, weight in zip(new, weights, strict=True):
        filters.copy_(weight)


def _parts(convolution: nn.Sequential) -> tuple[list[Tensor], nn.BatchNorm2d]:
    """The filters of its one or two convolutions, and its batch normalisation."""
    normalisation = convolution[-2]
    assert isinstance(normalisation, nn.BatchNorm2d)
    return [x.weight for x in convolution if isinstance(x, nn.Conv2d)], normalisation


def _kernel(filters: list[Tensor]) -> Tensor:
    """(outputs, inputs, 3, 3) of one convolution, or of two of which the second is 1×1."""
    if len(filters) == 1:
        return filters[0]
    return torch.einsum("or,rihw->oihw", filters[1][:, :, 0, 0], filters[0])


def _nearest(kernel: Tensor, scales: Tensor, rank: int) -> list[Tensor]:
    """Two convolutions in place of one: (rank, inputs, 3, 3) and (outputs, rank, 1, 1).

    scales: (outputs,) what each output is multiplied by afterwards
    """
    scales = scales.clamp_min(1e-3)[:, None]
    left, strengths, right = torch.linalg.svd(scales * kernel.flatten(1), full_matrices=False)
    roots = strengths[:rank].sqrt()
    first = (roots[:, None] * right[:rank]).view(rank, *kernel.shape[1:])
    second = left[:, :rank] * roots / scales
    return [first, second[:, :, None, None]]
