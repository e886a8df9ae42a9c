"""Fixed films in, how fast they are made out; measures the other rooms from outside."""
