"""How a pickled program is made again."""


def restore(engine, kind, source, form):
    """The program of an engine, a kind, and its source or the bytes of its artifact."""
    if form == "artifact":
        return engine.load(source)
    compile = engine.expression if kind == "value" else getattr(engine, kind)
    return compile(source, form=form)
