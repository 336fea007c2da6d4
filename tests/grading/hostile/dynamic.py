# The name of what it calls is hidden from the syntax tree.
def slide(x, weight):
    return getattr(torch.nn.functional, "".join(["con", "v2d"]))(x, weight)
