"""How many blocks a stage has, given the depth that names the network."""


def num_blocks_for(depth: int, layers_per_n: int, other_layers: int, network: str) -> int:
    """The n of depth = layers_per_n * n + other_layers: 3 for 20 = 6 * 3 + 2.

    Depth counts the layers with weights on the way through the branches, as He et al. 2015 do:
    convolutions and the classifier, but no shortcut. Raises ValueError with the nearest depths
    that `network` can have.
    """
    n = (depth - other_layers) // layers_per_n
    below, above = (layers_per_n * k + other_layers for k in (n, n + 1))
    if n >= 1 and depth == below:
        return n
    nearest = f"{below} and {above}" if n >= 1 else layers_per_n + other_layers
    raise ValueError(
        f"{network} has depths of the form {layers_per_n}n + {other_layers} with n at least 1; "
        f"depth {depth} is none of them. Nearest: {nearest}."
    )
