"""How the window looks: every colour and size, the palette, the style sheet and the icons."""
