import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Gives classes compiled for Java 5 the stack maps of later ones: `java build/StackMaps.java
/// JAR…`. The JVM keeps older classes out of its cache and verifies them by inference, which takes
/// a third of a short command; nothing else of them changes.
final class StackMaps {
  private StackMaps() {}

  public static void main(String[] arguments) throws IOException {
    for (String argument : arguments) {
      rewrite(Path.of(argument));
    }
  }

  private static void rewrite(Path jar) throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (ZipFile before = new ZipFile(jar.toFile());
        ZipOutputStream after = new ZipOutputStream(written);
        URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
      ClassFile files =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
      for (ZipEntry entry : before.stream().toList()) {
        byte[] bytes = before.getInputStream(entry).readAllBytes();
        after.putNextEntry(new ZipEntry(entry.getName()));
        after.write(entry.getName().endsWith(".class") ? withStackMaps(files, bytes) : bytes);
        after.closeEntry();
      }
    }
    Path next = Files.write(jar.resolveSibling(jar.getFileName() + ".next"), written.toByteArray());
    Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE);
  }

  private static byte[] withStackMaps(ClassFile files, byte[] bytes) {
    ClassModel model = files.parse(bytes);
    if (model.majorVersion() >= ClassFile.JAVA_6_VERSION) {
      return bytes;
    }
    ClassFileVersion version = ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0);
    return files.transformClass(
        model,
        ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
            .andThen(ClassTransform.endHandler(builder -> builder.with(version))));
  }
}
