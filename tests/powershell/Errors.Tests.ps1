BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Bad input' {
    BeforeDiscovery {
        $names = @(
            @{ What = 'empty'; Name = '' }
            @{ What = 'with /'; Name = 'a/b' }
            @{ What = 'with ?'; Name = 'a?b' }
            @{ What = 'with #'; Name = 'a#b' }
            @{ What = 'with \'; Name = 'a\b' }
            @{ What = 'with a blank at the end'; Name = 'a ' }
            @{ What = 'of a million characters'; Name = 'x' * 1MB }
        )
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'refuses a collection''s name that is <What>, and asks nobody' -ForEach $names {
        $failure = Invoke-Failing { Get-CosmiCollection -AccountName myaccount -Database D -Name $Name -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Category | Should -Be 'InvalidArgument'
        $failure.Target | Should -BeExactly $Name
        $failure.Action | Should -Not -BeNullOrEmpty
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'refuses a database''s name that is <What>, and asks nobody' -ForEach $names {
        $failure = Invoke-Failing { Get-CosmiCollection -AccountName myaccount -Database $Name -Name A -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -BeLike '*database*'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'asks for a name with <What>, and hears that there is none' -ForEach @(
        @{ What = 'quotes'; Name = '"a'' b"' }
        @{ What = 'percent signs'; Name = '%2F' }
        @{ What = 'other letters'; Name = [string] [char] 0x6F22 }
    ) {
        $failure = Invoke-Failing { Get-CosmiCollection -AccountName myaccount -Database D -Name $Name -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.NotFound'
        $failure.Target | Should -BeExactly $Name
    }

    It 'refuses a name with <What>' -ForEach @(
        @{ What = 'a zero in it'; Name = "a$([char] 0)b" }
        @{ What = 'half a character in it'; Name = "a$([char] 0xD800)b" }
    ) {
        $failure = Invoke-Failing { Get-CosmiCollection -AccountName myaccount -Database D -Name $Name -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Category | Should -Be 'InvalidArgument'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'refuses an account''s name that is nothing: <Script>' -ForEach @(
        @{ Script = 'Get-CosmiAccount -AccountName $null' }
        @{ Script = '$null | Get-CosmiAccount' }
        @{ Script = 'Get-CosmiAccount -AccountName ""' }
        @{ Script = 'Get-CosmiAccountKey -AccountName $null' }
        @{ Script = '$null | Get-CosmiAccountKey' }
        @{ Script = 'Get-CosmiConnectionString -AccountName ""' }
        @{ Script = 'Get-CosmiCollection -AccountName $null -Database D -Name A' }
        @{ Script = 'Test-CosmiAccess -AccountName $null' }
    ) {
        $null = Connect-CosmiAccount -AccountName myaccount
        $failure = Invoke-Failing ([scriptblock]::Create($Script))
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -Be 'the account''s name is empty'
        $failure.Action | Should -Not -BeNullOrEmpty
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'goes on after a name in the pipeline that is nothing' {
        $keys = 'myaccount', $null, '', 'readeraccount' | Get-CosmiAccountKey -ErrorAction SilentlyContinue -ErrorVariable failures
        @($keys.AccountName | Select-Object -Unique) | Should -Be @('myaccount', 'readeraccount')
        @($failures).Count | Should -Be 2
    }

    It 'refuses a client that is nothing, which must not stand for the session''s' {
        $null = Connect-CosmiAccount -AccountName myaccount
        (Invoke-Failing { Get-CosmiToken -Client $null }).Id | Should -BeLike 'ParameterArgumentValidationError*'
        (Invoke-Failing { Disconnect-CosmiAccount -Client $null }).Id | Should -BeLike 'ParameterArgumentValidationError*'
        (Get-CosmiAccountKey)[0].AccountName | Should -Be 'myaccount'
    }

    It 'refuses a file of certificates that <What>' -ForEach @(
        @{ What = 'is not there'; Text = $null }
        @{ What = 'holds none'; Text = 'no certificate' }
    ) {
        $path = Join-Path -Path ([string] $TestDrive) -ChildPath 'ca.pem'
        if ($Text) {
            [System.IO.File]::WriteAllText($path, $Text)
        }
        $env:COSMI_CA_FILE = $path
        try {
            $failure = Invoke-Failing { Get-CosmiToken }
        }
        finally {
            $env:COSMI_CA_FILE = $simulator.ca
        }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'an endpoint over plain http'; Endpoint = 'http://myaccount.documents.azure.com/'; Key = 'AAAA' }
        @{ What = 'an endpoint with a path'; Endpoint = 'https://localhost/dbs/Test'; Key = 'AAAA' }
        @{ What = 'an endpoint that is none'; Endpoint = 'my account'; Key = 'AAAA' }
        @{ What = 'a key that is not base64'; Endpoint = 'https://localhost/'; Key = 'not base64!' }
    ) {
        $splat = @{ Endpoint = $Endpoint; Key = ConvertTo-Secret -Text $Key; Database = 'D'; Name = 'A' }
        $failure = Invoke-Failing { Get-CosmiCollection @splat -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Category | Should -Be 'InvalidArgument'
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}

Describe 'Faults' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
        $null = Get-CosmiAccountKey -AccountName myaccount
    }

    It 'says so of <What>' -ForEach @(
        @{ What = 'a page instead of an answer'; Action = @{ status = 200; headers = @{ 'content-type' = 'text/html' }; body = '<html>sign in</html>' }; Id = 'Cosmi.BadResponse'; Category = 'InvalidResult' }
        @{ What = 'an endless answer'; Action = @{ endless = $true }; Id = 'Cosmi.TooLarge'; Category = 'ConnectionError' }
        @{ What = 'a service that hangs'; Action = @{ hang = $true }; Id = 'Cosmi.TimedOut'; Category = 'OperationTimeout' }
        @{ What = 'a service that stays busy'; Action = @{ status = 429; headers = @{ 'x-ms-retry-after-ms' = '100' } }; Id = 'Cosmi.Throttled'; Category = 'LimitsExceeded' }
        @{ What = 'a service that fails'; Action = @{ status = 500; body = '{}' }; Id = 'Cosmi.Service'; Category = 'ResourceUnavailable' }
    ) {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos' } -Action $Action -Times 0
        $failure = Invoke-Failing { Get-CosmiCollection -AccountName myaccount -Database D -Name A -TimeoutSec 3 -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Category | Should -Be $Category
        $failure.Target | Should -Be 'A'
    }

    It 'says so of an answer that is too deep to read, and goes on' {
        $body = '{"id":"A","_rid":"AA==","deep":' + ('[' * 2000) + (']' * 2000) + '}'
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos'; path = '/colls/A' } -Action @{ status = 200; headers = @{ 'content-type' = 'application/json' }; body = $body } -Times 0
        $collections = 'A', 'B' | Get-CosmiCollection -AccountName myaccount -Database D -ErrorAction SilentlyContinue -ErrorVariable failures
        $collections.id | Should -Be 'B'
        $failures[0].FullyQualifiedErrorId | Should -Be 'Cosmi.BadResponse,Cosmi.PowerShell.GetCosmiCollectionCommand'
        [string] $failures[0].CategoryInfo.Category | Should -Be 'InvalidResult'
        $failures[0].TargetObject | Should -Be 'A'
        $check = Test-CosmiAccess -AccountName myaccount -Database D -Name A | Select-Object -Last 1
        $check.Result | Should -Be 'Failed'
    }

    It 'says so of a connection closed <When>' -ForEach @(
        @{ When = 'before the answer'; Close = 'before-headers' }
        @{ When = 'in the middle of it'; Close = 'mid-body' }
    ) {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos' } -Action @{ close = $Close } -Times 0
        $failure = Invoke-Failing { Get-CosmiCollection -AccountName myaccount -Database D -Name A -TimeoutSec 3 -ErrorAction Stop }
        $failure.Id | Should -BeIn @('Cosmi.Connect', 'Cosmi.Protocol')
        $failure.Category | Should -Be 'ConnectionError'
    }

    It 'says so where nobody listens' {
        $splat = @{ Endpoint = 'https://localhost:9/'; Key = (Get-CosmiAccountKey -AccountName myaccount)[0].Key; Database = 'D'; Name = 'A' }
        $failure = Invoke-Failing { Get-CosmiCollection @splat -TimeoutSec 3 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Connect'
        $failure.Category | Should -Be 'ConnectionError'
    }

    It 'says so of a certificate: <Fault>' -ForEach @(
        @{ Fault = 'wrongName' }
        @{ Fault = 'expired' }
        @{ Fault = 'unknownCa' }
    ) {
        $splat = @{ Endpoint = $simulator.tlsFaults.$Fault; Key = (Get-CosmiAccountKey -AccountName myaccount)[0].Key; Database = 'D'; Name = 'A' }
        $failure = Invoke-Failing { Get-CosmiCollection @splat -TimeoutSec 3 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Tls'
        $failure.Category | Should -Be 'ConnectionError'
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'says so of a key that is not the account''s' {
        $wrong = ConvertTo-Secret -Text ([System.Convert]::ToBase64String((New-Object -TypeName byte[] -ArgumentList 64)))
        $splat = @{ Endpoint = $simulator.accounts.myaccount.endpoint; Key = $wrong; Database = 'D'; Name = 'A' }
        $failure = Invoke-Failing { Get-CosmiCollection @splat -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Unauthenticated'
        $failure.Category | Should -Be 'AuthenticationError'
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'gives a caller everything to branch on' {
        $failure = Invoke-Failing { Get-CosmiCollection -AccountName myaccount -Database D -Name X -ErrorAction Stop }
        $exception = $failure.Record.Exception
        $exception | Should -BeOfType ([Cosmi.Interop.CosmiException])
        $exception.Status | Should -Be 'NotFound'
        $exception.HttpStatus | Should -Be 404
        $exception.RequestId | Should -Not -BeNullOrEmpty
        $failure.Record.FullyQualifiedErrorId | Should -Be 'Cosmi.NotFound,Cosmi.PowerShell.GetCosmiCollectionCommand'
        [string] $failure.Record | Should -BeLike "*$($exception.RequestId)*"
    }
}

Describe 'Categories' {
    It 'are decided for every status, also for one of a later library' {
        $errors = [Cosmi.Client].Assembly.GetType('Cosmi.PowerShell.Errors')
        $category = $errors.GetMethod('Category', [System.Reflection.BindingFlags] 'NonPublic, Static', $null, [type[]] @([Cosmi.Interop.CosmiStatus]), $null)
        $expected = @{
            InvalidArgument = 'InvalidArgument'; InvalidUtf8 = 'InvalidArgument'; InvalidState = 'InvalidArgument'
            Cancelled = 'OperationStopped'; TimedOut = 'OperationTimeout'
            Connect = 'ConnectionError'; Tls = 'ConnectionError'; Dns = 'ConnectionError'; Protocol = 'ConnectionError'; TooLarge = 'ConnectionError'
            NoIdentity = 'AuthenticationError'; Unauthenticated = 'AuthenticationError'; Forbidden = 'PermissionDenied'
            NotFound = 'ObjectNotFound'; Conflict = 'ResourceExists'; Throttled = 'LimitsExceeded'; Service = 'ResourceUnavailable'; BadResponse = 'InvalidResult'
            Panic = 'NotSpecified'; Runtime = 'NotSpecified'; Internal = 'NotSpecified'
        }
        foreach ($status in [System.Enum]::GetValues([Cosmi.Interop.CosmiStatus]) | Where-Object { [int] $_ -ge 100 }) {
            [string] $category.Invoke($null, [object[]] @($status.PSObject.BaseObject)) | Should -Be $expected[[string] $status] -Because $status
        }
        $later = [System.Enum]::ToObject([Cosmi.Interop.CosmiStatus], 399)
        [string] $category.Invoke($null, [object[]] @($later.PSObject.BaseObject)) | Should -Be 'ConnectionError'
    }
}
