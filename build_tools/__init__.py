"""What only the build needs: fetching, checking and converting the face models."""
