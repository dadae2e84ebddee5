"""Many runs of a pack: on workers, into a store, resumed after a kill."""
