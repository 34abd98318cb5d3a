using System;
using System.Security;
using System.Text;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    public sealed class SecretTests : SimulatorTest
    {
        public SecretTests(Simulator simulator)
            : base(simulator)
        {
        }

        [Fact]
        public async Task Results_wipe_their_secrets_when_disposed()
        {
            using CosmiClient client = Simulator.Client();
            CosmiToken token = await Soon(client.GetTokenAsync(Resource));
            CosmiKeys keys = await Soon(client.ListKeysAsync(Named("myaccount")));
            CosmiConnectionString connectionString = (await Soon(client.ListConnectionStringsAsync(Named("myaccount"))))[0];
            token.Dispose();
            keys.Dispose();
            connectionString.Dispose();

            Assert.Throws<ObjectDisposedException>(() => token.Value.Length);
            Assert.All(keys.Keys, key => Assert.Throws<ObjectDisposedException>(() => key.Value.Length));
            Assert.Throws<ObjectDisposedException>(() => connectionString.Value.Length);
        }

        [Fact]
        public async Task A_given_key_is_left_to_its_owner()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiKeys keys = await Soon(client.ListKeysAsync(Named("myaccount")));
            using SecureString key = keys.Keys[0].Value.Copy();
            string before = Plain(key);
            await Soon(client.GetCollectionAsync(new CosmiAccountReference { Endpoint = Simulator.Endpoint("myaccount"), Key = key }, "Test", "Test"));

            Assert.Equal(before, Plain(key));
            Assert.False(key.IsReadOnly());
        }

        [Fact]
        public void Keys_that_cannot_be_keys_are_refused()
        {
            using CosmiClient client = Simulator.Client();
            CosmiAccountReference With(SecureString key) => new CosmiAccountReference { Endpoint = Simulator.Endpoint("myaccount"), Key = key };
            SecureString disposed = Secret("a2V5");
            disposed.Dispose();

            RefusesAtOnce<ArgumentException>(() => client.GetCollectionAsync(With(Secret("schlüssel")), "Test", "Test"), "account");
            RefusesAtOnce<ArgumentException>(() => client.GetCollectionAsync(With(new SecureString()), "Test", "Test"), "account");
            RefusesAtOnce<ObjectDisposedException>(() => client.GetCollectionAsync(With(disposed), "Test", "Test"));
            Assert.Empty(Simulator.Journal());
        }

        [Fact]
        public void What_is_lent_is_wiped_afterwards()
        {
            byte[]? lent = null;
            int answer = NativeSecret.Lend(Secret("a2V5"), "key", (bytes, length) =>
            {
                lent = bytes;
                Assert.Equal(Encoding.ASCII.GetBytes("a2V5"), bytes);
                Assert.Equal((UIntPtr)4, length);
                return 42;
            });

            Assert.Equal(42, answer);
            Assert.Equal(new byte[4], lent);
        }

        [Fact]
        public void What_is_lent_is_wiped_when_the_borrower_throws()
        {
            byte[]? lent = null;
            Assert.Throws<InvalidOperationException>(() => NativeSecret.Lend(Secret("a2V5"), "key", (bytes, _) =>
            {
                lent = bytes;
                throw new InvalidOperationException();
            }));

            Assert.Equal(new byte[4], lent);
        }

        [Theory]
        [InlineData(new byte[] { 0x61, 0xC3, 0xBC }, CosmiStatus.BadResponse)]
        [InlineData(new byte[] { 0x61, 0x00 }, CosmiStatus.BadResponse)]
        public void A_secret_that_is_not_ascii_is_refused(byte[] bytes, CosmiStatus status)
        {
            Native(bytes, pointer =>
            {
                CosmiException failure = Assert.Throws<CosmiException>(() => NativeSecret.Read(pointer, (UIntPtr)bytes.Length, "token"));
                Assert.Equal(status, failure.Status);
            });
        }

        private static void Native(byte[] bytes, Action<IntPtr> use)
        {
            IntPtr pointer = System.Runtime.InteropServices.Marshal.AllocHGlobal(bytes.Length);
            try
            {
                System.Runtime.InteropServices.Marshal.Copy(bytes, 0, pointer, bytes.Length);
                use(pointer);
            }
            finally
            {
                System.Runtime.InteropServices.Marshal.FreeHGlobal(pointer);
            }
        }
    }
}
