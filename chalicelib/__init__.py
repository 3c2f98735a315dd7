"""The referral program: what is packaged for Lambda."""
