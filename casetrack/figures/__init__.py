"""From data to geometry: pure functions, whose results the macros in `templates/components/` draw as SVG."""
