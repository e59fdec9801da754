"""What people are given for what they did: the join benefit, a referral's reward, and their cost.

The road lets the room hear everything; where a benefit's event comes it asks the coupons to issue,
once for each person. What a coupon cost when it was redeemed is noted on the claim. The console
shows the claims, the refusals among them, and the cost per join.
"""
