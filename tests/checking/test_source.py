"""What is written is found by its name, wherever the graded function can reach it."""

import pytest

from course_lib.checking.source import forbidden_in_source

FAMILIES = ("convolution", "max_pooling", "autograd", "course_lib")

USES = {
    "return torch.nn.functional.conv2d(x, w)": "convolution",
    "return F.conv_transpose2d(x, w)": "convolution",
    "return torch.nn.Conv2d(1, 2, 3)(x)": "convolution",
    "return torch.ops.aten.convolution(x, w)": "convolution",
    "return scipy.signal.correlate2d(x, w)": "convolution",
    "return np.convolve(x, w)": "convolution",
    "from torch.nn.functional import conv2d as other; return other(x, w)": "convolution",
    "return getattr(F, 'conv2d')(x, w)": "convolution",
    "return getattr(F, 'con' + 'v2d')(x, w)": "convolution",
    "return torch.max_pool2d(x, 2)": "max_pooling",
    "return torch.nn.MaxPool2d(2)(x)": "max_pooling",
    "x.sum().backward(); return x": "autograd",
    "return torch.autograd.grad(x.sum(), x)": "autograd",
    "return torch.func.vjp(f, x)": "autograd",
    "return x.grad": "autograd",
    "from torch.autograd import grad; return grad(x, x)": "autograd",
    "from course_lib.layers import anything; return anything(x)": "course_lib",
    "import course_lib.layers; return 1": "course_lib",
    "return __import__('course_lib.layers').layers": "course_lib",
    "return importlib.import_module('course_lib.' + 'layers')": "course_lib",
}
HARMLESS = [
    "grad = torch.zeros(3); grad[0] += 1; return grad",
    "convolved = 0; return convolved",
    "return conv2d(x)  # a function of one's own",
    "print('conv2d max_pool2d backward'); return x",
    "return F.unfold(F.pad(x, (1, 1)), 3)",
    "with torch.no_grad(): return x.requires_grad_(False)",
    "return torch.einsum('ij,jk', x, w).max()",
]


def written(body):
    return "def answer(x, w):\n    " + body.replace("; ", "\n    ")


@pytest.mark.parametrize("body", USES)
def test_a_use_is_found(body):
    assert forbidden_in_source(written(body), FAMILIES) == (USES[body],)


@pytest.mark.parametrize("body", HARMLESS)
def test_harmless_code_is_left_in_peace(body):
    assert forbidden_in_source(written(body), FAMILIES) == ()


def test_only_what_is_forbidden_is_found():
    assert forbidden_in_source(written("return F.conv2d(x, w)"), ("max_pooling",)) == ()


def test_what_the_function_cannot_reach_is_its_authors_business():
    source = """
def answer(x):
    return helper(x)

def helper(x):
    return x + 1

def compare_with_torch(x):
    assert torch.equal(answer(x), F.conv2d(x, x))
"""
    assert forbidden_in_source(source, FAMILIES, "answer") == ()
    assert forbidden_in_source(source, FAMILIES) == ("convolution",)


def test_a_detour_over_functions_and_variables_is_followed():
    source = """
TOOL = torch.nn.functional.conv2d

def helper(x):
    return TOOL(x, x)

def answer(x):
    return helper(x)
"""
    assert forbidden_in_source(source, FAMILIES, "answer") == ("convolution",)


def test_an_import_beside_the_function_is_followed():
    source = "from torch.nn.functional import conv2d as f\n\ndef answer(x):\n    return f(x, x)\n"
    assert forbidden_in_source(source, FAMILIES, "answer") == ("convolution",)


def test_a_function_made_in_an_unusual_way_has_its_whole_source_read():
    source = "globals()['answer'] = torch.conv2d"
    assert forbidden_in_source(source, FAMILIES, "answer") == ("convolution",)


def test_text_that_is_no_python_uses_nothing():
    assert forbidden_in_source("def answer(x:\n  F.conv2d", FAMILIES) == ()


def test_functions_that_share_a_local_name_do_not_answer_for_each_other():
    source = (
        "def graded(x, w):\n    out = x * w\n    return out\n\n"
        "def experiment(x, w):\n    out = torch.nn.functional.conv2d(x, w)\n    return out\n"
    )
    assert forbidden_in_source(source, FAMILIES, "graded") == ()
    assert forbidden_in_source(source, FAMILIES, "experiment") == ("convolution",)


def test_a_name_made_global_inside_a_function_is_followed():
    source = (
        "def prepare():\n    global slide\n    slide = torch.nn.functional.conv2d\n\n"
        "def graded(x, w):\n    return slide(x, w)\n"
    )
    assert forbidden_in_source(source, FAMILIES, "graded") == ("convolution",)


@pytest.mark.parametrize(
    "test",
    [
        "out = torch.nn.functional.conv2d(a, b)",
        "x = torch.nn.functional.conv2d(a, b)",
        "row = torch.nn.functional.conv2d(a, b)",
        "double = torch.nn.functional.conv2d(a, b)",
        "once = torch.nn.functional.conv2d(a, b)",
    ],
)
def test_a_test_below_may_use_the_names_of_parameters_and_locals(test):
    graded = (
        "def graded(x, w):\n"
        "    def double(once):\n        return once + once\n"
        "    out = sum(row * w for row in x)\n"
        "    return double(out)\n\n"
    )
    assert forbidden_in_source(graded + test, FAMILIES, "graded") == ()


@pytest.mark.parametrize(
    "graded",
    [
        "def graded(x):\n    return tool(x)",
        "def graded(x, ready=tool):\n    return ready(x)",
        "def graded(x):\n    def inner():\n        return tool(x)\n    return inner()",
        "def graded(x):\n    return [tool(row) for row in x]",
        "class Tools:\n    tool = tool\n\ndef graded(x):\n    return Tools.tool(x)",
        "class Tools:\n    def use(self, x):\n        return tool(x)\n\n"
        "def graded(x):\n    return Tools().use(x)",
        "graded = lambda x: tool(x)",
        "@tool\ndef graded(x):\n    return x",
        "def graded(x):\n    tool = 1\n    def inner():\n        global tool\n"
        "        return tool(x)\n    return inner()",
    ],
)
def test_a_name_from_outside_is_followed_wherever_the_function_reads_it(graded):
    source = f"tool = torch.nn.functional.conv2d\n\n{graded}\n"
    assert forbidden_in_source(source, FAMILIES, "graded") == ("convolution",)


def test_a_sum_of_many_terms_is_searched_like_any_other():
    ones, letters = "+".join(["1"] * 1200), "+".join(["'a'"] * 1200)
    source = f"x = {ones}\n\ndef graded(w):\n    getattr(w, {letters})\n    return F.conv2d(x, w)"
    assert forbidden_in_source(source, FAMILIES, "graded") == ("convolution",)
