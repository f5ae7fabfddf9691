"""What the documentation site is made of besides the pages in this folder's parent."""
