"""Language: fold, tokens, stems, scripts, markup, aliases and lexicons. Pure; knows only the model."""
