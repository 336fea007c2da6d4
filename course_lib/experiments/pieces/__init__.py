"""What experiments are made of beside the course: pictures, small networks, tables of cases."""
