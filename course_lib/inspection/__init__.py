"""Look into a network: shapes, exact size, cost, fields, gradients, features, source."""

from course_lib.inspection.activation_statistics import activation_statistics
from course_lib.inspection.activations import activation_maps, activations
from course_lib.inspection.class_activation import class_activation_map
from course_lib.inspection.dead_units import dead_units
from course_lib.inspection.filters import first_layer_filters
from course_lib.inspection.flops import count_flops
from course_lib.inspection.gradient_norms import gradient_norms
from course_lib.inspection.jacobian import (
    jacobian,
    jacobian_eigenvalues,
    jacobian_singular_values,
)
from course_lib.inspection.linear_pieces import linear_pieces
from course_lib.inspection.measured_receptive_field import measured_receptive_field
from course_lib.inspection.memory import memory
from course_lib.inspection.neurons import count_neurons
from course_lib.inspection.occlusion import occlusion_map
from course_lib.inspection.parameters import count_parameters
from course_lib.inspection.receptive_field import receptive_field
from course_lib.inspection.saliency import saliency
from course_lib.inspection.sawtooth import sawtooth
from course_lib.inspection.shallow_sawtooth import shallow_sawtooth
from course_lib.inspection.shapes import output_shapes
from course_lib.inspection.source import show_source

__all__ = [
    "activation_maps",
    "activation_statistics",
    "activations",
    "class_activation_map",
    "count_flops",
    "count_neurons",
    "count_parameters",
    "dead_units",
    "first_layer_filters",
    "gradient_norms",
    "jacobian",
    "jacobian_eigenvalues",
    "jacobian_singular_values",
    "linear_pieces",
    "measured_receptive_field",
    "memory",
    "occlusion_map",
    "output_shapes",
    "receptive_field",
    "saliency",
    "sawtooth",
    "shallow_sawtooth",
    "show_source",
]
