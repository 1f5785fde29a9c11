// Prints what cassandra.yaml may hold, as org.apache.cassandra.config.Config of the jars on the class path declares it:
//   setting <name> <type as TypeScript>      renamed <old name> <new name>
// By reflection only, because the annotation Replaces differs between the lines.
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

public class Settings {
  private static final String PACKAGE = "org.apache.cassandra.config.";
  private static final Map<String, String> UNITS = Map.of(
      "Nanoseconds", "ns", "Microseconds", "us", "Milliseconds", "ms", "Seconds", "s", "Minutes", "m",
      "Bytes", "B", "Kibibytes", "KiB", "Mebibytes", "MiB");

  /** A name that is old and new at once (key_cache_save_period) takes the values of both. */
  private static final Map<String, TreeSet<String>> settings = new TreeMap<>();
  private static final Map<String, String> renamed = new TreeMap<>();

  public static void main(String[] arguments) throws Exception {
    for (Field field : Class.forName(PACKAGE + "Config", false, Settings.class.getClassLoader()).getFields()) {
      if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) continue;
      add(field.getName(), field.getType());
      for (Annotation replaces : replaces(field)) {
        String oldName = (String) value(replaces, "oldName");
        add(oldName, oldType(replaces, field));
        if (!oldName.equals(field.getName())) renamed.put(oldName, field.getName());
      }
    }
    settings.forEach((name, types) -> System.out.println("setting\t" + name + "\t" + union(types)));
    renamed.forEach((oldName, name) -> System.out.println("renamed\t" + oldName + "\t" + name));
  }

  @SuppressWarnings("unchecked")
  private static Annotation[] replaces(Field field) throws ReflectiveOperationException {
    return field.getAnnotationsByType((Class<Annotation>) Class.forName(PACKAGE + "Replaces"));
  }

  /** 4.0 only gives names to settings anew; from 4.1 on a converter may change the type too. */
  private static Class<?> oldType(Annotation replaces, Field field) throws ReflectiveOperationException {
    try {
      Object converter = value(replaces, "converter");
      Class<?> type = (Class<?>) converter.getClass().getMethod("getOldType").invoke(converter);
      // Kept as text and the name stays (key_cache_save_period): a bare number of seconds, or a duration.
      if (type == String.class && value(replaces, "oldName").equals(field.getName())) return Integer.class;
      return type == null ? field.getType() : type;
    } catch (NoSuchMethodException before41) {
      return field.getType();
    }
  }

  private static Object value(Annotation annotation, String name) throws ReflectiveOperationException {
    return annotation.annotationType().getMethod(name).invoke(annotation);
  }

  private static void add(String name, Class<?> type) throws ReflectiveOperationException {
    TreeSet<String> types = settings.computeIfAbsent(name, key -> new TreeSet<>());
    if (type.getName().equals(PACKAGE + "ParameterizedClass")) {
      // class_name and parameters as a map, or as the only item of a list; since 5.0 the name alone will do.
      types.add("'list'");
      types.add("'map'");
      if (Arrays.stream(type.getConstructors()).anyMatch(c -> Arrays.equals(c.getParameterTypes(), new Class<?>[] {String.class}))) types.add("'string'");
    } else {
      types.add(reduce(type));
    }
  }

  private static String reduce(Class<?> type) {
    String name = type.getName();
    if (type == boolean.class || type == Boolean.class) return "'boolean'";
    if (type == int.class || type == Integer.class) return "'integer'";
    if (type == long.class || type == Long.class) return "'long'";
    if (type == double.class || type == Double.class || type == float.class || type == Float.class) return "'double'";
    if (type == String.class) return "'string'";
    if (type.isArray() || Collection.class.isAssignableFrom(type)) return "'list'";
    if (type.isEnum()) {
      return "{ enum: [" + Arrays.stream(type.getEnumConstants()).map(c -> "'" + ((Enum<?>) c).name() + "'").collect(Collectors.joining(", ")) + "] }";
    }
    if (name.startsWith(PACKAGE + "DurationSpec$")) return "{ duration: '" + smallestUnit(name) + "' }";
    if (name.startsWith(PACKAGE + "DataStorageSpec$")) return "{ storage: '" + smallestUnit(name) + "' }";
    if (name.startsWith(PACKAGE + "DataRateSpec$")) return "'rate'";
    if (Map.class.isAssignableFrom(type) || name.startsWith("org.apache.cassandra.")) return "'map'";
    throw new IllegalStateException("no rule for the type " + name);
  }

  /** DurationSpec$IntMillisecondsBound takes ms and everything larger. */
  private static String smallestUnit(String name) {
    String unit = UNITS.get(name.replaceFirst(".*\\$(Int|Long)", "").replaceFirst("Bound$", ""));
    if (unit == null) throw new IllegalStateException("no unit for the type " + name);
    return unit;
  }

  private static String union(TreeSet<String> types) {
    return types.size() == 1 ? types.first() : "[" + String.join(", ", types) + "]";
  }
}
