"""How an answer is shown: tables, templates, JSON, units, and streams that arrive while lab time passes."""
