"""What the program costs, as ratios: each figure stands beside its rival of the same run."""
