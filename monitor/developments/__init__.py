"""Developments: what is new in a storyline and what only repeats it. Pure: values in, values out.

``reading`` turns an item into what it says; ``compare`` remembers a storyline's readings and tells how alike a new
one is; ``decide`` judges; ``chronicle`` holds one storyline's memory; ``origins`` knows who speaks.
"""
