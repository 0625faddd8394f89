"""What makes goods cheaper for a while: coupons, full reductions, flash sales. How it is counted: `app/pricing`."""
