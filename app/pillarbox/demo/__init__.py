"""The demo: the story of the sign-ups, told by real jobs on a real queue file.

500 sign-ups a minute arrive where 20 used to. A queue takes the wave, ten workers get through it,
billing times out now and then, a few poison jobs end as dead letters, a second queue fills up
against its bound, and a third keeps to 50 starts a minute.
"""
