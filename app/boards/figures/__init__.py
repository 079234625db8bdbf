"""Plotly figures as plain dicts; the only place that builds them.

Colours are the names of CSS variables, resolved in the browser; the template is shared. Every
figure is validated through `plotly.graph_objects` in the tests, never in a request.
"""
