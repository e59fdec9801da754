"""What WeCom still says of somebody who was erased here, and how it is taken off there."""
