"""The page: storylines to look at, why items count, rules to try, feeds out. It reads the store and decides nothing."""
