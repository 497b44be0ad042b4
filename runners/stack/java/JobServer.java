/**
 * Beam's job server, which sends with each job every jar of the class path it finds: here 240 MB and 15 seconds.
 * The cluster runs from the same class path, so that one empty jar will do. Arguments: that jar, then the server's.
 */
public final class JobServer {
    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.class.path", arguments[0]);
        String[] rest = java.util.Arrays.copyOfRange(arguments, 1, arguments.length);
        org.apache.beam.runners.flink.FlinkJobServerDriver.main(rest);
    }
}
