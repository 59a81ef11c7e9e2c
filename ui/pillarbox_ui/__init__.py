"""The Pillarbox window: Qt over the public names of the engine; knows no backend."""
