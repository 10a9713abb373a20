"""Examples; each runs with `gemstone run examples.NAME:CLASS`."""
