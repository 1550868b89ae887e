"""Claims (理赔): what happened to each, stop by stop, as a parcel is tracked."""
