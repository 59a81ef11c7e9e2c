"""The benchmark: what Pillarbox does beside what a bare apsw loop does, in one run.

Owns the figures of speed, their goals and how they are measured: raw loops and Pillarbox in turns,
several times over, with medians and spread. A benchmark is never a test that fails by the clock.
"""
