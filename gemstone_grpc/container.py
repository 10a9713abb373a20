"""`Container`: a group of exposed methods."""


class Container:
    """A group of exposed methods, to be listed in a service's `modules`."""
