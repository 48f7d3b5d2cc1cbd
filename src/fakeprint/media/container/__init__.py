"""Where metadata lies in a file, one module per format; nothing here decodes pixels (specs: provenance 2)."""
