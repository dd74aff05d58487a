"""The pages a person reads: templates, style, script and the records that fill them."""
