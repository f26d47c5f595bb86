package dev.minke.kernel.reference;

import dev.minke.kernel.CachedExperts;
import dev.minke.kernel.Resident;
import dev.minke.kernel.StoredExperts;
import dev.minke.kernel.cache.CacheCounts;
import java.util.ArrayList;
import java.util.List;

/// All experts of all layers, widened to F32: nothing is ever missing.
final class ReferenceCache implements CachedExperts {
  private final List<Resident> gateUps = new ArrayList<>();
  private final List<Resident> downs = new ArrayList<>();
  private int experts;
  private long readBytes;

  ReferenceCache(List<StoredExperts> layers) {
    for (StoredExperts layer : layers) {
      gateUps.add(new ReferenceResident(layer.gateUp()));
      downs.add(new ReferenceResident(layer.down()));
      experts += layer.count();
      readBytes += layer.gateUp().bytes() + layer.down().bytes();
    }
  }

  @Override
  public Resident gateUp(int layer) {
    return gateUps.get(layer);
  }

  @Override
  public Resident down(int layer) {
    return downs.get(layer);
  }

  @Override
  public Account account() {
    CacheCounts counts = new CacheCounts(0, 0, 0, 0, 0);
    return new Account(counts, experts, experts, readBytes / experts, readBytes, 0);
  }

  @Override
  public void close() {
    gateUps.forEach(Resident::close);
    downs.forEach(Resident::close);
  }
}
