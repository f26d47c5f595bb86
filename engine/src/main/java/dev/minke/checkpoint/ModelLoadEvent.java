package dev.minke.checkpoint;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A model's weights are read, for the flight recorder. It tells the name of the file, not where it
/// lies.
@Name("dev.minke.ModelLoad")
@Label("Model Load")
@Category({"Minke", "Model"})
@Description("The weights of a model are read")
@StackTrace(false)
final class ModelLoadEvent extends Event {
  @Label("Model")
  @Description("Name of the file, or of the directory")
  @Nullable String model;

  @Label("Bytes")
  @Description("Bytes of weights that were read, as the files hold them")
  @DataAmount
  long bytes;

  @Label("Experts")
  @Description("Experts of all layers together, if they are read as they are wanted; else 0")
  int experts;

  @Label("Experts in Memory")
  @Description("Of these, how many can be in memory at a time")
  int slots;
}
