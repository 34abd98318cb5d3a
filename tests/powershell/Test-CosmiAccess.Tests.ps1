BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Test-CosmiAccess' {
    BeforeAll {
        function Get-Result {
            param($Checks)
            ($Checks | ForEach-Object { '{0} {1}' -f $_.Link, $_.Result }) -join ', '
        }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Test-CosmiAccess | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Database|DatabaseName [String] All'
            '-Endpoint [String] Account Key! ResourceId'
            '-Key [SecureString] Key!'
            '-Name|Collection|Container [String] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'walks the whole chain' {
        $checks = Test-CosmiAccess -AccountName myaccount -Database Test -Name Test
        $checks[0].PSObject.TypeNames[0] | Should -Be 'Cosmi.AccessCheck'
        Get-Result -Checks $checks | Should -Be 'Environment Found, Token Found, Account Found, Keys Found, Data Found'
        $checks[0].Detail | Should -BeLike 'Imds: myvm in rg*'
        $checks[2].Detail | Should -BeLike 'myaccount in rg*'
        $checks[3].Detail | Should -Be 'read-write keys'
        $checks[4].Detail | Should -Be 'collection Test; throughput 400 RU/s'
    }

    It 'tries the key without a collection, too' {
        $checks = Test-CosmiAccess -AccountName readeraccount
        Get-Result -Checks $checks | Should -Be 'Environment Found, Token Found, Account Found, Keys Found, Data Found'
        $checks[3].Detail | Should -Be 'read-only keys'
    }

    It 'shows the broken link of <Account>, and what to do' -ForEach @(
        @{ Account = 'nosuchaccount'; Results = 'Environment Found, Token Found, Account Failed, Keys Skipped, Data Skipped'; Link = 'Account'; Detail = 'NotFound: *' }
        @{ Account = 'noaccess'; Results = 'Environment Found, Token Found, Account Found, Keys Refused, Data Skipped'; Link = 'Keys'; Detail = 'Forbidden: *' }
    ) {
        $checks = Test-CosmiAccess -AccountName $Account
        Get-Result -Checks $checks | Should -Be $Results
        $broken = $checks | Where-Object { $_.Link -eq $Link }
        $broken.Detail | Should -BeLike $Detail
        $broken.Action | Should -Not -BeNullOrEmpty
        $checks | Out-String -Width 200 | Should -BeLike "*-> $($broken.Action.Substring(0, 20))*"
    }

    It 'goes past the keys where the account accepts none' {
        $checks = Test-CosmiAccess -AccountName keylessaccount
        Get-Result -Checks $checks | Should -Be 'Environment Found, Token Found, Account Found, Keys Skipped, Data Found'
        $checks[2].Detail | Should -BeLike '*disableLocalAuth*'
        $checks[4].Detail | Should -BeLike 'Resource Manager answers*-Database and -Name*'
        $checks = Test-CosmiAccess -AccountName keylessaccount -Database Test -Name Test
        $checks[4].Detail | Should -Be 'collection Test; throughput not told without a key'
        $missing = Test-CosmiAccess -AccountName keylessaccount -Database Test -Name Tset | Select-Object -Last 1
        $missing.Result | Should -Be 'Failed'
        $missing.Detail | Should -BeLike 'NotFound: *Tset*'
    }

    It 'says what was refused before it was asked, and what to do once only' {
        $check = Test-CosmiAccess -AccountName "a$([char] 0)b" | Where-Object { $_.Link -eq 'Account' }
        $check.Detail | Should -BeLike 'InvalidArgument: *NUL*'
        $check = Test-CosmiAccess -AccountName nosuchaccount | Where-Object { $_.Link -eq 'Account' }
        # An error's text ends with it in Windows PowerShell, which shows no recommendation; here it has a place of its own.
        $check.Detail | Should -Not -BeLike "*$($check.Action)*"
    }

    It 'shows a missing collection' {
        $checks = Test-CosmiAccess -AccountName myaccount -Database Test -Name Tset
        $checks[4].Result | Should -Be 'Failed'
        $checks[4].Detail | Should -BeLike 'NotFound: *Tset*'
    }

    It 'shows a machine without an identity' {
        $checks = Test-CosmiAccess -AccountName myaccount -Client (Connect-CosmiAccount -ClientId 77777777-0000-0000-0000-000000000000)
        Get-Result -Checks $checks | Should -Be 'Environment Found, Token Failed, Account Skipped, Keys Skipped, Data Skipped'
        $checks[1].Detail | Should -BeLike 'NoIdentity: *'
    }

    It 'says which source was chosen and why, by which variables, and whose the token is' {
        $checks = Test-CosmiAccess -AccountName myaccount | Select-Object -First 2
        $lines = $checks[0].Detail -split "`r?`n"
        $lines.Count | Should -Be 3
        $lines[1] | Should -BeLike '*because AZURE_POD_IDENTITY_AUTHORITY_HOST is set'
        $lines[2] | Should -Be 'variables seen: AZURE_POD_IDENTITY_AUTHORITY_HOST, COSMI_ARM_ENDPOINT, COSMI_CA_FILE'
        $lines = $checks[1].Detail -split "`r?`n"
        $lines[1] | Should -Be 'client id 33333333-0000-0000-0000-000000000001'
        $lines[2] | Should -Be 'object id 33333333-0000-0000-0000-000000000002'
    }

    It 'says what the source answered' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds'; path = '/token' } -Action @{ status = 400; body = '{"error":"invalid_request"}' } -Times 0
        $checks = Test-CosmiAccess -AccountName myaccount
        $checks[1].Detail | Should -BeLike 'NoIdentity: *system-assigned*the answer was 400 invalid_request'
        $checks[1].Action | Should -BeLike '*-ClientId*'
        $checks | Out-String -Width 80 | Should -BeLike '*400 invalid_request*-> *-ClientId*'
    }

    It 'says so where the source that was asked for is not there' {
        $checks = Test-CosmiAccess -AccountName myaccount -Client (Connect-CosmiAccount -IdentitySource ServiceFabric)
        Get-Result -Checks $checks | Should -Be 'Environment Failed, Token Skipped, Account Skipped, Keys Skipped, Data Skipped'
        $checks[0].Detail | Should -BeLike 'NoIdentity: *IDENTITY_SERVER_THUMBPRINT*variables seen: AZURE_POD_IDENTITY_AUTHORITY_HOST, COSMI_ARM_ENDPOINT, COSMI_CA_FILE'
        $checks[0].Action | Should -Not -BeNullOrEmpty
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'breaks no word in its view' {
        $lines = (Test-CosmiAccess -AccountName myaccount | Out-String -Width 80) -split "`r?`n"
        foreach ($word in 'AZURE_POD_IDENTITY_AUTHORITY_HOST', 'COSMI_ARM_ENDPOINT', '-Database') {
            @($lines -match "(^| )$word\b").Count | Should -BeGreaterThan 0 -Because $word
        }
    }

    It 'tries a key that is given, and nothing else' {
        $key = (Get-CosmiAccountKey -AccountName myaccount)[0].Key
        $checks = Test-CosmiAccess -Endpoint $simulator.accounts.myaccount.endpoint -Key $key
        Get-Result -Checks $checks | Should -Be 'Environment Skipped, Token Skipped, Account Skipped, Keys Found, Data Found'
        $wrong = ConvertTo-Secret -Text ([System.Convert]::ToBase64String((New-Object -TypeName byte[] -ArgumentList 64)))
        $checks = Test-CosmiAccess -Endpoint $simulator.accounts.myaccount.endpoint -Key $wrong
        $checks[4].Result | Should -Be 'Refused'
        $checks[4].Detail | Should -BeLike 'Unauthenticated: *'
    }

    It 'ends where the pipeline needs no more' {
        $checks = @(Test-CosmiAccess -AccountName myaccount | Select-Object -First 2)
        Get-Result -Checks $checks | Should -Be 'Environment Found, Token Found'
        @((Get-SimulatorJournal -Simulator $simulator).face | Sort-Object -Unique) | Should -Be @('imds')
    }

    It 'takes an account from the pipeline' {
        Get-Result -Checks (Get-CosmiAccount -AccountName myaccount | Test-CosmiAccess) | Should -BeLike '*Data Found'
    }

    It 'needs an account, and a whole collection' {
        (Invoke-Failing { Test-CosmiAccess }).Message | Should -Be 'no account is named'
        $failure = Invoke-Failing { Test-CosmiAccess -AccountName myaccount -Name Test }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Action | Should -BeLike '*-Database and -Name*'
    }
}
