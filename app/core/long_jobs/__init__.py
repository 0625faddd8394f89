"""Work that takes longer than a page may: started by a person, done by the worker, watched and cancelled meanwhile.

A kind of work is a function that is registered by its name (`running.register`); it is told of by a `Run`.
"""
