"""The electronic notice board: notices that two people write and approve, and the clock posts and takes down."""
