"""The living page: one HTML file in which a film can be played, stepped and turned.

Python computes what is drawn and sends it as numbers; the scripts in `page/` draw and interpolate.
"""
