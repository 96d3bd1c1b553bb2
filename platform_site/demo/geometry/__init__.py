"""Writes the demo's CAD files: solids as STEP and STL, drawings as DXF, SVG and PDF. Lengths are millimetres."""
