"""The project's words as frozen values; this room knows nothing else.

Import from the modules (``from monitor.model.item import Item``): the package face stays empty,
so that a reader always sees where a word is defined.
"""
